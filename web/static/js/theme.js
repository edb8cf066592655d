// Light, dark, or as the device: a cookie that the server reads, so that no page ever flashes.
const UN_AN = 31536000;

export function installerTheme() {
  const choix = document.querySelector("[data-theme-choix]");
  if (!choix) return;
  choix.hidden = false;
  choix.addEventListener("click", (evenement) => {
    const bouton = evenement.target.closest("[data-theme-valeur]");
    if (!bouton) return;
    const valeur = bouton.dataset.themeValeur;
    if (valeur) document.documentElement.dataset.theme = valeur;
    else delete document.documentElement.dataset.theme;
    const securise = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${valeur}; Path=/; Max-Age=${valeur ? UN_AN : 0}; SameSite=Lax${securise}`;
    for (const autre of choix.querySelectorAll("[data-theme-valeur]")) {
      autre.setAttribute("aria-pressed", String(autre === bouton));
    }
  });
}
