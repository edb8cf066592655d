// Finding one's way in a bilan: the section being read, the next question without answer.
import { lire } from "./questions.js";
import { tous } from "./outils.js";

/** Mark in the side list the section that is on the screen. */
export function suivreSections(racine) {
  const liens = new Map(tous(racine, "[data-section-lien]").map((li) => [li.dataset.sectionLien, li.querySelector("a")]));
  const vues = new Set();
  const observateur = new IntersectionObserver((entrees) => {
    for (const { target, isIntersecting } of entrees) vues[isIntersecting ? "add" : "delete"](target.dataset.section);
    const courante = [...liens.keys()].find((code) => vues.has(code));
    if (!courante) return;
    for (const [code, lien] of liens) {
      if (code === courante) lien.setAttribute("aria-current", "true");
      else lien.removeAttribute("aria-current");
    }
  }, { rootMargin: "-30% 0px -60% 0px" });
  for (const section of tous(racine, "[data-section]")) observateur.observe(section);
}

/** Go to the next question without answer after the one that has the focus (or is on the screen), round the form. */
export function allerSuivante(blocs) {
  const ouverts = [...blocs].filter((bloc) => !bloc.hidden);
  const vides = ouverts.filter((bloc) => lire(bloc) === null);
  if (!vides.length) return;
  const depart = ouverts.find((bloc) => bloc.contains(document.activeElement))
    ?? ouverts.find((bloc) => bloc.getBoundingClientRect().top > window.innerHeight / 3);
  const apres = vides.find((bloc) => bloc !== depart && depart?.compareDocumentPosition(bloc) & Node.DOCUMENT_POSITION_FOLLOWING);
  const cible = apres ?? vides[0];
  const champ = cible.querySelector("input:not([type=hidden]), select:not([hidden]), textarea");
  cible.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  champ?.focus({ preventScroll: true });
}
