// The agenda: arrows go from a period to another, an entretien is moved by dragging or with Shift and the arrows.
import { raccourcisActifs } from "./outils.js";

const PAS = 15;
const MINUIT = 24 * 60;

export function installerAgenda() {
  const agenda = document.querySelector("[data-agenda]");
  if (!agenda) return;
  agenda.querySelector("[data-agenda-de]")?.addEventListener("change", (evenement) => evenement.target.form.requestSubmit());
  document.addEventListener("keydown", (evenement) => clavier(agenda, evenement));
  const grille = agenda.querySelector("[data-agenda-grille]");
  if (grille) installerDeplacement(agenda, grille);
}

function clavier(agenda, evenement) {
  const { target: cible, key: touche } = evenement;
  if (evenement.ctrlKey || evenement.altKey || evenement.metaKey || evenement.defaultPrevented) return;
  if (cible.closest("input, select, textarea, [contenteditable], details[open]")) return;
  if (evenement.shiftKey) {
    const bloc = cible.closest("[data-deplacer]");
    const pas = { ArrowUp: [0, -PAS], ArrowDown: [0, PAS], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[touche];
    if (!bloc || !pas) return;
    evenement.preventDefault();
    const date = new Date(`${bloc.dataset.le}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() + pas[0]);
    deplacer(agenda, bloc, date.toISOString().slice(0, 10), minutes(bloc.dataset.a) + pas[1]);
    return;
  }
  const vers = { ArrowLeft: "precedente", ArrowRight: "suivante", t: "aujourdhui", T: "aujourdhui" }[touche];
  if (!vers || !raccourcisActifs()) return;
  evenement.preventDefault();
  agenda.querySelector(`[data-agenda-vers="${vers}"]`).click();
}

function installerDeplacement(agenda, grille) {
  let bloc = null;
  let prise = 0; // from the top of the block to the pointer, in pixels
  grille.addEventListener("dragstart", (evenement) => {
    bloc = evenement.target.closest("[data-deplacer]");
    if (!bloc) return;
    prise = evenement.clientY - bloc.getBoundingClientRect().top;
    bloc.classList.add("deplace");
    evenement.dataTransfer.effectAllowed = "move";
    evenement.dataTransfer.setData("text/plain", "");
  });
  grille.addEventListener("dragend", () => {
    bloc?.classList.remove("deplace");
    marquer(grille, null);
    bloc = null;
  });
  grille.addEventListener("dragover", (evenement) => {
    const colonne = bloc && evenement.target.closest("[data-jour]");
    if (!colonne) return;
    evenement.preventDefault();
    marquer(grille, colonne);
  });
  grille.addEventListener("drop", (evenement) => {
    const jour = bloc && evenement.target.closest("[data-jour]");
    if (!jour) return;
    evenement.preventDefault();
    const colonne = jour.querySelector(".agenda-colonne");
    const ligne = parseFloat(getComputedStyle(colonne).gridAutoRows) || 17;
    const rang = Math.max(0, Math.round((evenement.clientY - prise - colonne.getBoundingClientRect().top) / ligne));
    deplacer(agenda, bloc, jour.dataset.jour, Number(grille.dataset.premiere) * 60 + rang * PAS);
  });
}

function marquer(grille, jour) {
  for (const colonne of grille.querySelectorAll(".cible")) colonne.classList.remove("cible");
  jour?.querySelector(".agenda-colonne").classList.add("cible");
}

function minutes(heure) {
  const [h, m] = heure.split(":").map(Number);
  return h * 60 + m;
}

// One POST, an act like another: the page comes back with its toast and « Annuler ».
function deplacer(agenda, bloc, date, instant) {
  if (instant < 0 || instant >= MINUIT) return;
  const heure = `${String(Math.floor(instant / 60)).padStart(2, "0")}:${String(instant % 60).padStart(2, "0")}`;
  if (date === bloc.dataset.le && heure === bloc.dataset.a) return;
  const formulaire = agenda.querySelector("[data-agenda-deplacement]");
  const retour = agenda.querySelector("[data-agenda-grille]").dataset.retour;
  const champs = { version: bloc.dataset.version, date, heure, retour };
  for (const [nom, valeur] of Object.entries(champs)) formulaire.elements[nom].value = valeur;
  formulaire.action = bloc.dataset.deplacer;
  formulaire.submit();
}
