// « Imprimer »: the button is only there when it can act.
import { tous } from "./outils.js";

export function installerImpression(racine) {
  for (const bouton of tous(racine, "[data-imprimer]:not([data-pret])")) {
    bouton.dataset.pret = "";
    bouton.hidden = false;
    bouton.addEventListener("click", () => window.print());
  }
}
