// What has just been done, at the bottom of the screen. One that can be undone stays until it is closed.
import { creer, jeton, tous } from "./outils.js";

const DUREE = 8000;

export function installerToasts(racine) {
  for (const toast of tous(racine, "[data-toast]:not([data-pret])")) {
    toast.dataset.pret = "";
    toast.append(boutonFermer(toast));
    if (!("toastReste" in toast.dataset)) setTimeout(() => fermer(toast), DUREE);
  }
  // The address named the act; a reload or a shared link must not show it again.
  const adresse = new URL(location.href);
  if (racine === document && adresse.searchParams.has("acte")) {
    adresse.searchParams.delete("acte");
    history.replaceState(history.state, "", adresse);
  }
}

/** Show a toast from a module; `annuler` is the address that undoes. */
export function afficherToast(texte, { annuler = "" } = {}) {
  const toast = creer("div", { class: "toast", "data-toast": "" }, creer("p", {}, texte));
  if (annuler) {
    toast.dataset.toastReste = "";
    const formulaire = creer("form", { method: "post", action: annuler });
    formulaire.append(
      creer("input", { type: "hidden", name: "_jeton", value: jeton() }),
      creer("button", { class: "bouton bouton-annuler" }, "Annuler"),
    );
    toast.append(formulaire);
  }
  document.getElementById("toasts").append(toast);
  installerToasts(toast);
}

function boutonFermer(toast) {
  const bouton = creer("button", { type: "button", class: "bouton bouton-icone", title: "Fermer" });
  const modele = document.getElementById("modele-croix");
  if (modele) bouton.append(modele.content.cloneNode(true));
  bouton.append(creer("span", { class: "invisible" }, "Fermer"));
  bouton.addEventListener("click", () => toast.remove());
  return bouton;
}

function fermer(toast) {
  // Not while somebody reads it or is on it.
  if (toast.matches(":hover, :focus-within")) setTimeout(() => fermer(toast), DUREE / 2);
  else toast.remove();
}
