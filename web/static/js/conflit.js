// Two values for one field after a conflict of versions: one button each puts it in the form. Without it they are retyped.
import { annoncer, creer, poser, tous } from "./outils.js";

export function installerConflits(racine) {
  for (const tableau of tous(racine, "[data-conflit-choix]:not([data-pret])")) {
    tableau.dataset.pret = "";
    for (const ligne of tableau.querySelectorAll("tr[data-champ]")) brancher(tableau.closest("form"), ligne);
  }
}

function brancher(formulaire, ligne) {
  const [leur, mienne] = ligne.querySelectorAll("td");
  const boutons = [[leur, "Prendre cette valeur"], [mienne, "Garder la mienne"]].map(([cellule, texte]) => {
    const libelle = creer("span", { class: "invisible" }, ` pour ${ligne.querySelector("th").textContent.trim()}`);
    const bouton = creer("button", { type: "button", class: "bouton", "aria-pressed": String(cellule === mienne) }, texte, libelle);
    bouton.addEventListener("click", () => {
      poser(formulaire, ligne.dataset.champ, cellule.dataset.valeur);
      for (const autre of boutons) autre.setAttribute("aria-pressed", String(autre === bouton));
      annoncer(`${ligne.querySelector("th").textContent.trim()} : ${cellule.firstChild.textContent.trim()}`);
    });
    cellule.append(bouton);
    return bouton;
  });
}
