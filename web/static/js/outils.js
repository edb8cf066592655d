// Small things shared by the modules. Nothing here uses eval, inline handlers or inline styles (CSP).

/** The anti-forgery token of the page, for the header X-Jeton. */
export const jeton = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

/** Whether the shortcuts of one key answer: they can be turned off (/aide/raccourcis). */
export const raccourcisActifs = () => document.documentElement.dataset.raccourcis !== "non";

/** Say something to a screen reader without showing it. */
export function annoncer(texte) {
  const region = document.getElementById("annonces");
  if (region) region.textContent = texte;
}

/** Elements under `racine` that match, `racine` itself included. */
export function tous(racine, selecteur) {
  const trouves = [...(racine.querySelectorAll?.(selecteur) ?? [])];
  return racine.matches?.(selecteur) ? [racine, ...trouves] : trouves;
}

/** Make an element: creer("p", {class: "x"}, "texte", autreElement). */
export function creer(nom, attributs = {}, ...enfants) {
  const element = document.createElement(nom);
  for (const [cle, valeur] of Object.entries(attributs)) element.setAttribute(cle, valeur);
  element.append(...enfants);
  return element;
}

/** Put a posted value into the fields of a name, whatever their kind, and tell everybody who listens. */
export function poser(formulaire, nom, valeur) {
  for (const champ of [...formulaire.elements].filter((element) => element.name === nom)) {
    if (champ.type === "radio" || champ.type === "checkbox") champ.checked = champ.value === valeur;
    else champ.value = valeur;
    champ.dispatchEvent(new Event("input", { bubbles: true }));
    champ.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** « 10 h 42 », as the server writes it. */
export function heure(instant) {
  const parties = new Intl.DateTimeFormat("fr-FR", { hour: "numeric", minute: "2-digit", timeZone: "Europe/Paris" })
    .formatToParts(new Date(instant));
  const valeur = (type) => parties.find((partie) => partie.type === type).value;
  return `${Number(valeur("hour"))}\u00a0h\u00a0${valeur("minute")}`;
}

/** The word that suits n: in French the plural begins at 2. */
export const pluriel = (n, singulier, auPluriel = `${singulier}s`) => (Math.abs(n) >= 2 ? auPluriel : singulier);

/** Call `fonction` once the calls have stopped for `delai` milliseconds. */
export function retarder(fonction, delai) {
  let minuterie;
  return (...valeurs) => {
    clearTimeout(minuterie);
    minuterie = setTimeout(() => fonction(...valeurs), delai);
  };
}
