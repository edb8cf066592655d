// « Copier » beside each field of fusion. Without JavaScript one click selects the whole field (user-select: all).
import { afficherToast } from "./toasts.js";
import { tous } from "./outils.js";

export function installerCopie(racine) {
  for (const champ of tous(racine, "[data-copie]:not([data-pret])")) {
    champ.dataset.pret = "";
    const bouton = document.createElement("button");
    bouton.type = "button";
    bouton.className = "bouton bouton-discret bouton-copier";
    bouton.textContent = "Copier";
    bouton.setAttribute("aria-label", `Copier ${champ.textContent}`);
    bouton.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(champ.textContent);
        afficherToast(`Copié : ${champ.textContent}`);
      } catch {
        // The browser refuses the clipboard: the field is selected, ready for Ctrl-C.
        getSelection().selectAllChildren(champ);
      }
    });
    champ.after(bouton);
  }
}
