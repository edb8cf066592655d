// « / » and Ctrl-K go to the search from anywhere.
const SAISIE = "input, textarea, select, [contenteditable=true]";

export function installerRaccourcis() {
  const recherche = document.getElementById("recherche-globale");
  if (!recherche) return;
  document.addEventListener("keydown", (evenement) => {
    const ctrlK = (evenement.ctrlKey || evenement.metaKey) && evenement.key.toLowerCase() === "k";
    const barre = evenement.key === "/" && !evenement.ctrlKey && !evenement.metaKey && !evenement.target.closest?.(SAISIE);
    if (!ctrlK && !barre) return;
    evenement.preventDefault();
    recherche.focus();
    recherche.select();
  });
}
