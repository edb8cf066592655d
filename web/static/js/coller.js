// An image in the clipboard goes into the file field that the form names: a screenshot is pasted, not saved first.
import { annoncer, tous } from "./outils.js";

export function installerCollage(racine) {
  for (const formulaire of tous(racine, "form[data-colle-image]:not([data-colle-pret])")) brancher(formulaire);
}

function brancher(formulaire) {
  formulaire.dataset.collePret = "";
  const champ = formulaire.elements[formulaire.dataset.colleImage];
  document.addEventListener("paste", (evenement) => {
    const image = [...(evenement.clipboardData?.files ?? [])].find((fichier) => ["image/png", "image/jpeg"].includes(fichier.type));
    if (!image || !formulaire.isConnected) return;
    evenement.preventDefault();
    const fichiers = new DataTransfer();
    fichiers.items.add(image);
    champ.files = fichiers.files;
    champ.dispatchEvent(new Event("change", { bubbles: true }));
    champ.focus();
    annoncer("Capture d'écran collée");
  });
}
