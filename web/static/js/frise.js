// The frise opens on today when it is wider than the screen.
import { tous } from "./outils.js";

export function installerFrises(racine) {
  for (const cadre of tous(racine, ".frise-defile:not([data-pret])")) {
    cadre.dataset.pret = "";
    const trait = cadre.querySelector(".frise-aujourdhui");
    if (!trait || cadre.scrollWidth <= cadre.clientWidth) continue;
    const vu = cadre.getBoundingClientRect();
    cadre.scrollLeft += trait.getBoundingClientRect().x - (vu.x + vu.width * 0.7);
  }
}
