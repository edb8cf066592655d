// Connexion: show a password, fill with a demo account, say which rule of the new password is met.
import { tous } from "./outils.js";

export function installerConnexion(racine) {
  for (const cadre of tous(racine, "[data-montrer-secret]:not([data-pret])")) montrer(cadre);
  for (const champ of tous(racine, "input[data-regles]:not([data-pret])")) surveiller(champ);
  for (const lien of tous(racine, "a[data-compte]:not([data-pret])")) {
    lien.dataset.pret = "";
    lien.addEventListener("click", (evenement) => remplir(evenement, lien));
  }
}

function montrer(cadre) {
  cadre.dataset.pret = "";
  const champ = cadre.querySelector("input");
  const bouton = cadre.querySelector("button");
  bouton.hidden = false;
  bouton.addEventListener("click", () => {
    const visible = champ.type === "text";
    champ.type = visible ? "password" : "text";
    bouton.setAttribute("aria-pressed", String(!visible));
    champ.focus();
  });
  // What was shown leaves as a password: browsers keep the texts of plain fields.
  champ.form?.addEventListener("submit", () => {
    champ.type = "password";
  });
}

function remplir(evenement, lien) {
  const formulaire = document.querySelector("form[data-connexion]");
  if (!formulaire || evenement.ctrlKey || evenement.metaKey) return;
  evenement.preventDefault();
  formulaire.elements.identifiant.value = lien.dataset.compte;
  formulaire.elements.mot_de_passe.value = lien.dataset.mot;
  for (const autre of document.querySelectorAll("a[data-compte]")) autre.removeAttribute("aria-current");
  lien.setAttribute("aria-current", "true");
  formulaire.querySelector("button:not([type=button])").focus();
}

function surveiller(champ) {
  champ.dataset.pret = "";
  const liste = document.getElementById(champ.dataset.regles);
  const regles = {
    longueur: (mot) => mot.length >= 14,
    classes: (mot) => mot.length >= 12 && /\p{Ll}/u.test(mot) && /\p{Lu}/u.test(mot) && /\d/.test(mot) && /[^\p{L}\p{N}]/u.test(mot),
    phrase: (mot) => mot.split(/[\s\-_.]+/).filter((m) => m.length >= 2).length >= 7,
  };
  champ.addEventListener("input", () => {
    for (const [nom, tenue] of Object.entries(regles)) {
      liste.querySelector(`[data-regle="${nom}"]`).toggleAttribute("data-tenue", tenue(champ.value));
    }
  });
}
