// « Recherche globale » answers while typing; without JavaScript the same form opens the page of results.
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

  async function chercher() {
    const q = champ.value.trim();
    enCours?.abort();
    if (q.length < 2) return listbox.fermer();
    enCours = new AbortController();
    try {
      const adresse = `${formulaire.action}?${new URLSearchParams(new FormData(formulaire))}`;
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
    annoncer(nombre ? `${nombre} ${pluriel(nombre, "résultat")}` : "Aucun résultat");
    return undefined;
  }

  champ.addEventListener("input", retarder(chercher, DELAI));
}

function aller(url, evenement) {
  if (!url) return;
  if (evenement.ctrlKey || evenement.metaKey) window.open(url, "_blank", "noopener");
  else location.assign(url);
}
