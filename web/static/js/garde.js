// A free text says while it is typed what it should not hold and who will read it; the author decides, nothing blocks.
import { chargerRegles, direGarde, examiner } from "./garde-regles.js";
import { annoncer, creer, retarder, tous } from "./outils.js";

const PAUSE = 600;

export function installerGarde(racine) {
  for (const champ of tous(racine, "[data-garde]:not([data-garde-pret])")) brancher(champ);
}

function brancher(champ) {
  champ.dataset.gardePret = "";
  const message = emplacement(champ);
  const verifier = async () => {
    const regles = await chargerRegles();
    // While the form leaves, nothing moves under the pointer.
    if (!regles || !champ.isConnected || champ.form?.dataset.envoi) return;
    dire(message, direGarde(examiner(champ.value, regles), lecteurs(champ), regles));
  };
  champ.addEventListener("focus", chargerRegles, { once: true });
  champ.addEventListener("input", retarder(verifier, PAUSE));
  // Who reads can depend on another field: a note that becomes shared, a theme of health.
  const autre = champ.dataset.gardeSelon;
  if (autre) {
    champ.form?.addEventListener("change", (evenement) => {
      if (evenement.target.name === autre && champ.value) verifier();
    });
  }
}

/** The line under the field: the one that the server wrote, or a new one; what it says is announced. */
function emplacement(champ) {
  const ecrit = document.getElementById(`${champ.id}-garde`);
  if (ecrit) return ecrit;
  const message = creer("p", { class: "conflit-champ", id: `${champ.id}-garde`, hidden: "" });
  const dessin = document.getElementById("modele-attention");
  if (dessin) message.append(dessin.content.cloneNode(true));
  message.append(creer("span"));
  champ.after(message);
  const decrit = champ.getAttribute("aria-describedby");
  champ.setAttribute("aria-describedby", decrit ? `${decrit} ${message.id}` : message.id);
  return message;
}

function dire(message, texte) {
  const mots = message.querySelector("span");
  if (mots.textContent === texte) return;
  message.hidden = !texte;
  mots.textContent = texte;
  if (texte) annoncer(texte);
}

function lecteurs(champ) {
  const { garde, gardeSelon, gardeValeurs, gardeSinon } = champ.dataset;
  if (!gardeSelon) return garde;
  const valeurs = gardeValeurs.split(" ");
  const choisies = new FormData(champ.form).getAll(gardeSelon);
  // A nature that is not of health, among others, opens the text to all who read the dossier.
  return choisies.length && choisies.every((valeur) => valeurs.includes(valeur)) ? gardeSinon : garde;
}
