// Forms: nothing typed is lost by mistake, nothing is sent twice, the first error has the focus.
import { poser, tous } from "./outils.js";

const modifies = new Set();

window.addEventListener("beforeunload", (evenement) => {
  if ([...modifies].some((formulaire) => formulaire.isConnected)) evenement.preventDefault();
});
// A value proposed beside a field: <button data-poser="fin" data-valeur="31/12/2026">.
document.addEventListener("click", (evenement) => {
  const bouton = evenement.target.closest?.("button[data-poser]");
  if (bouton) poser(bouton.form, bouton.dataset.poser, bouton.dataset.valeur);
});
// Back from the history, the buttons work again.
window.addEventListener("pageshow", () => {
  for (const formulaire of document.forms) liberer(formulaire);
});

export function installerFormulaires(racine) {
  for (const formulaire of tous(racine, "form[method=post]:not([data-pret])")) brancher(formulaire);
  tous(racine, "[data-resume-erreurs]")[0]?.focus();
}

function brancher(formulaire) {
  formulaire.dataset.pret = "";
  formulaire.addEventListener("submit", (evenement) => {
    if (formulaire.dataset.envoi) return evenement.preventDefault();
    formulaire.dataset.envoi = "1";
    modifies.delete(formulaire);
    // After the browser has read the pressed button's name and value.
    setTimeout(() => {
      for (const bouton of formulaire.querySelectorAll("button:not([type=button])")) bouton.setAttribute("aria-busy", "true");
    }, 0);
    return undefined;
  });
  formulaire.addEventListener("htmx:afterRequest", () => liberer(formulaire));
  if ("protege" in formulaire.dataset) proteger(formulaire);
}

/** Let a form be sent again. */
export function liberer(formulaire) {
  delete formulaire.dataset.envoi;
  for (const bouton of formulaire.querySelectorAll("button[aria-busy]")) bouton.removeAttribute("aria-busy");
}

function proteger(formulaire) {
  // A form that comes back with errors, or is to be confirmed, holds things that are not saved.
  if ("modifie" in formulaire.dataset || formulaire.querySelector("[data-resume-erreurs]")) modifies.add(formulaire);
  formulaire.addEventListener("input", () => modifies.add(formulaire));
  formulaire.addEventListener("change", () => modifies.add(formulaire));
  formulaire.addEventListener("reset", () => modifies.delete(formulaire));
  formulaire.addEventListener("keydown", (evenement) => {
    // In a text of several lines Enter makes a line: Ctrl-Enter saves.
    if (evenement.key === "Enter" && (evenement.ctrlKey || evenement.metaKey)) return formulaire.requestSubmit();
    if (evenement.key !== "Escape" || evenement.defaultPrevented) return undefined;
    const lien = formulaire.querySelector("[data-quitter-lien]");
    const details = formulaire.closest("details[data-ouvrir]");
    if (!lien && !details) return undefined;
    evenement.preventDefault();
    if (!abandonner(formulaire)) return undefined;
    if (details) {
      details.open = false;
      details.querySelector("summary").focus();
    } else location.assign(lien.href);
    return undefined;
  });
  for (const lien of formulaire.querySelectorAll("[data-quitter-lien], [data-abandon]")) {
    lien.addEventListener("click", (evenement) => {
      if (!abandonner(formulaire)) evenement.preventDefault();
    });
  }
}

function abandonner(formulaire) {
  if (!modifies.has(formulaire)) return true;
  if (!window.confirm("Quitter sans enregistrer ce qui est saisi ?")) return false;
  modifies.delete(formulaire);
  formulaire.reset();
  return true;
}
