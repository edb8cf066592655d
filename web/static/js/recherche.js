// « Recherche globale » and the palette of acts and screens answer while typing; without JavaScript the same form opens the page of results.
import { Listbox } from "./listbox.js";
import { annoncer, pluriel, retarder } from "./outils.js";

const DELAI = 120;

export function installerRecherche() {
  for (const formulaire of document.querySelectorAll("form[data-recherche]")) brancher(formulaire);
}

function brancher(formulaire) {
  const champ = formulaire.querySelector("input[type=search]");
  let enCours = null;
  const listbox = new Listbox(champ, {
    surChoix: (option, evenement) => aller(option.dataset.url, evenement),
    surOuverture: () => chercher(),
  });

  // The palette proposes what can be done here before a word is typed; a search of people waits for two letters.
  const palette = formulaire.dataset.recherche;

  async function chercher() {
    const q = champ.value.trim();
    enCours?.abort();
    if (q.length < 2 && !palette) return listbox.fermer();
    enCours = new AbortController();
    try {
      const champs = new URLSearchParams(new FormData(formulaire));
      if (palette) champs.set("ici", location.pathname);
      const adresse = `${palette || formulaire.action}?${champs}`;
      const reponse = await fetch(adresse, { headers: { "HX-Request": "true" }, signal: enCours.signal });
      const retour = reponse.headers.get("HX-Redirect");
      if (retour) return location.assign(retour);
      if (!reponse.ok || document.activeElement !== champ) return undefined;
      montrer(await reponse.text());
    } catch (erreur) {
      // An answer overtaken by a newer key is not an error; a cut network leaves the form usable with Enter.
      if (erreur.name !== "AbortError") listbox.fermer();
    }
    return undefined;
  }

  function montrer(html) {
    const liste = new DOMParser().parseFromString(html, "text/html").querySelector('[role="listbox"]');
    if (!liste) return listbox.fermer();
    listbox.montrer(document.adoptNode(liste));
    const nombre = listbox.options().length;
    if ("premier" in liste.dataset) listbox.activer(0);
    annoncer(nombre ? `${nombre} ${pluriel(nombre, "résultat")}` : "Aucun résultat");
    return undefined;
  }

  champ.addEventListener("input", retarder(chercher, DELAI));
  if (palette) champ.addEventListener("palette", chercher);
  // A telephone has no Ctrl-K: a tap on the empty field opens it.
  const auDoigt = palette && matchMedia("(pointer: coarse)").matches;
  if (auDoigt) champ.addEventListener("click", () => champ.value || chercher());
}

function aller(url, evenement) {
  if (!url) return;
  if (evenement.ctrlKey || evenement.metaKey) window.open(url, "_blank", "noopener");
  else location.assign(url);
}
