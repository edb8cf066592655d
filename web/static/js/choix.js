// Several choices among many: a field filters the boxes while typing, Enter ticks the first one, and what is ticked
// stands above as chips. The boxes stay in the form: without JavaScript nothing is lost.
import { annoncer, creer, pluriel, tous } from "./outils.js";

/** Without accents and capitals: « Mobilité » is found by « mobilite ». */
const plier = (texte) => texte.normalize("NFD").replace(/\p{M}/gu, "").replace(/[-'’]/g, " ").toLowerCase();

export function installerChoix(racine) {
  for (const cadre of tous(racine, "[data-choix-groupes]:not([data-pret])")) brancher(cadre);
}

function brancher(cadre) {
  cadre.dataset.pret = "";
  const panneau = cadre.querySelector(".choix-panneau");
  const lignes = [...panneau.querySelectorAll("label")].map((label) => ({
    label, boite: label.querySelector("input"), groupe: label.closest(".choix-groupe"),
    texte: label.innerText.trim(), plie: plier(`${label.innerText} ${label.closest(".choix-groupe").firstElementChild.textContent}`),
  }));
  const id = `${cadre.id}-recherche`;
  const champ = creer("input", { class: "saisie", type: "search", id, autocomplete: "off", placeholder: cadre.dataset.invite });
  const recherche = creer("div", { class: "choix-recherche" }, creer("label", { for: id, class: "secondaire" }, cadre.dataset.libelle), champ);
  const chips = creer("ul", { class: "puces choix-faits", "aria-label": "Éléments choisis" });
  panneau.before(recherche, chips);
  const visibles = () => lignes.filter(({ label, boite }) => !label.hidden && !boite.disabled);

  function filtrer() {
    const mots = plier(champ.value).split(/\s+/).filter(Boolean);
    for (const ligne of lignes) ligne.label.hidden = !mots.every((mot) => ligne.plie.includes(mot));
    for (const groupe of panneau.children) groupe.hidden = !groupe.querySelector("label:not([hidden])");
    if (mots.length) annoncer(`${visibles().length} ${pluriel(visibles().length, "élément")}`);
  }

  function montrer() {
    const choisis = lignes.filter(({ boite }) => boite.checked);
    chips.replaceChildren(...choisis.map(chip));
    chips.hidden = !choisis.length;
  }

  function chip(ligne) {
    const bouton = creer("button", { type: "button", title: `Retirer ${ligne.texte}` }, creer("span", { class: "invisible" }, `Retirer ${ligne.texte}`));
    const modele = document.getElementById("modele-croix");
    if (modele) bouton.append(modele.content.cloneNode(true));
    bouton.addEventListener("click", () => {
      ligne.boite.checked = false;
      ligne.boite.dispatchEvent(new Event("change", { bubbles: true }));
      champ.focus();
    });
    return creer("li", { class: "filtre" }, ligne.texte, bouton);
  }

  champ.addEventListener("input", (evenement) => { evenement.stopPropagation(); filtrer(); });
  champ.addEventListener("keydown", (evenement) => {
    if (evenement.key === "ArrowDown") {
      evenement.preventDefault();
      visibles()[0]?.boite.focus();
    } else if (evenement.key === "Enter" && !evenement.ctrlKey && champ.value.trim()) {
      evenement.preventDefault();
      const premiere = visibles().find(({ boite }) => !boite.checked);
      if (!premiere) return;
      premiere.boite.checked = true;
      premiere.boite.dispatchEvent(new Event("change", { bubbles: true }));
      champ.value = "";
      filtrer();
      annoncer(`${premiere.texte}, choisi`);
    } else if (evenement.key === "Escape" && champ.value) {
      evenement.preventDefault();
      evenement.stopPropagation();
      champ.value = "";
      filtrer();
    }
  });
  panneau.addEventListener("change", montrer);
  // From box to box with the arrows, back to the field from the first one.
  panneau.addEventListener("keydown", (evenement) => {
    if (evenement.key !== "ArrowDown" && evenement.key !== "ArrowUp") return;
    evenement.preventDefault();
    const boites = visibles().map(({ boite }) => boite);
    const rang = boites.indexOf(document.activeElement) + (evenement.key === "ArrowDown" ? 1 : -1);
    (rang < 0 ? champ : boites[Math.min(rang, boites.length - 1)]).focus();
  });
  montrer();
}
