// Leaving a bilan, by a link or by one of its forms (« Clore le bilan »): what was just typed is saved first.
import { liberer } from "./formulaire.js";

const PATIENCE = 4000;

/**
 * `bilan` has `vider()` (queue what is being typed), `attendre(delai)` (true once everything is saved), `enAttente`.
 * The browser's own question remains the last guard: a closed tab, a network that is away.
 */
export function surveillerDepart(bilan) {
  const partir = async (suite, rester) => {
    if (await bilan.attendre(PATIENCE)) suite();
    else rester();
  };
  document.addEventListener("click", (evenement) => {
    const lien = evenement.target.closest?.("a[href]");
    if (!lien || evenement.defaultPrevented || evenement.button || evenement.ctrlKey || evenement.metaKey || evenement.shiftKey) return;
    if (lien.target || lien.hasAttribute("hx-get") || lien.getAttribute("href").startsWith("#")) return;
    bilan.vider();
    if (!bilan.enAttente || bilan.coupe) return;
    evenement.preventDefault();
    partir(() => location.assign(lien.href), () => bilan.montrerReste());
  });
  document.addEventListener("submit", (evenement) => {
    const formulaire = evenement.target;
    if (!formulaire.matches("[data-apres-sauvegarde]")) return;
    bilan.vider();
    if (!bilan.enAttente) return;
    evenement.preventDefault();
    partir(() => formulaire.submit(), () => {
      liberer(formulaire);
      bilan.montrerReste();
    });
  });
  // Before the queue looks at what it holds.
  window.addEventListener("beforeunload", () => bilan.vider(), { capture: true });
}
