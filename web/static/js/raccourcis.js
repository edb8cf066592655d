// Ctrl-K opens the palette from anywhere; « / » and « ? » too, unless one-key shortcuts are turned off (WCAG 2.1.4).
import { raccourcisActifs } from "./outils.js";

const SAISIE = "input, textarea, select, [contenteditable=true]";
const UN_AN = 31536000;

export function installerRaccourcis() {
  document.addEventListener("keydown", (evenement) => {
    const { key: touche, target: cible } = evenement;
    const commande = evenement.ctrlKey || evenement.metaKey;
    const seule = !commande && !evenement.altKey && !evenement.isComposing && raccourcisActifs() && !cible.closest?.(SAISIE);
    if ((commande && touche.toLowerCase() === "k") || (seule && touche === "/")) ouvrirPalette(evenement);
    else if (seule && touche === "?" && document.querySelector('a[href="/aide"]')) location.assign("/aide/raccourcis");
  });
  installerChoix();
}

function ouvrirPalette(evenement) {
  const recherche = document.getElementById("recherche-globale");
  if (!recherche) return;
  evenement.preventDefault();
  recherche.focus();
  recherche.select();
  recherche.dispatchEvent(new Event("palette"));
}

/** The box that turns the one-key shortcuts on and off: a cookie, that the server reads. */
function installerChoix() {
  const choix = document.querySelector("[data-raccourcis-choix]");
  if (!choix) return;
  choix.hidden = false;
  const boite = choix.querySelector("input");
  boite.addEventListener("change", () => {
    const securise = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `raccourcis=${boite.checked ? "" : "non"}; Path=/; Max-Age=${boite.checked ? 0 : UN_AN}; SameSite=Lax${securise}`;
    if (boite.checked) delete document.documentElement.dataset.raccourcis;
    else document.documentElement.dataset.raccourcis = "non";
  });
}
