// Dates typed jj/mm/aaaa: slashes come by themselves, « 24112026 » and « 2026-11-24 » are understood,
// a button opens the calendar of the browser. Hours: « 1430 » and « 14h30 » become 14:30.
import { creer, tous } from "./outils.js";

const DEUX = (n) => String(n).padStart(2, "0");

/** « 24/11/2026 », « 24-11-26 », « 24112026 », « 2026-11-24 » to « 2026-11-24 »; null if it is no date. */
export function enIso(texte) {
  const propre = texte.trim();
  let lu = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(propre);
  let [annee, mois, jour] = lu ? lu.slice(1).map(Number) : [];
  if (!lu) {
    lu = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})$/.exec(propre) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(propre);
    if (!lu) return null;
    [jour, mois, annee] = lu.slice(1).map(Number);
    if (lu[3].length === 2) annee += annee > (new Date().getFullYear() % 100) + 10 ? 1900 : 2000;
  }
  const date = new Date(Date.UTC(annee, mois - 1, jour));
  const juste = date.getUTCFullYear() === annee && date.getUTCMonth() === mois - 1 && date.getUTCDate() === jour;
  return juste ? `${annee}-${DEUX(mois)}-${DEUX(jour)}` : null;
}

/** « 2026-11-24 » to « 24/11/2026 »; anything else as it is. */
export function enFrancais(iso) {
  const lu = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  return lu ? `${lu[3]}/${lu[2]}/${lu[1]}` : iso;
}

export function installerDates(racine) {
  for (const cadre of tous(racine, "[data-date]:not([data-pret])")) brancherDate(cadre);
  for (const champ of tous(racine, "[data-heure]:not([data-pret])")) brancherHeure(champ);
}

function brancherDate(cadre) {
  cadre.dataset.pret = "";
  const champ = cadre.querySelector("input");
  champ.addEventListener("input", (evenement) => {
    // Only while typing forwards at the end: corrections are left alone.
    if (evenement.inputType === "insertText" && /^(\d{2}|\d{2}\/\d{2})$/.test(champ.value)) champ.value += "/";
    champ.value = champ.value.replace("//", "/");
  });
  // Before anybody else hears of the change, so that all read the same date.
  champ.addEventListener("change", () => { champ.value = enFrancais(enIso(champ.value) ?? champ.value); }, true);
  if (champ.readOnly || champ.disabled || !HTMLInputElement.prototype.showPicker) return;
  const calendrier = creer("input", { type: "date", class: "calendrier", tabindex: "-1", "aria-hidden": "true" });
  const bouton = creer("button", { type: "button", class: "bouton-calendrier", title: "Choisir dans le calendrier" });
  const modele = document.getElementById("modele-agenda");
  if (modele) bouton.append(modele.content.cloneNode(true));
  const libelle = champ.labels?.[0]?.innerText.replace("*", "").trim() ?? "";
  bouton.append(creer("span", { class: "invisible" }, `Choisir dans le calendrier${libelle ? ` : ${libelle}` : ""}`));
  bouton.addEventListener("click", () => {
    calendrier.value = enIso(champ.value) ?? "";
    calendrier.showPicker();
  });
  calendrier.addEventListener("change", (evenement) => {
    evenement.stopPropagation();
    champ.value = enFrancais(calendrier.value);
    champ.dispatchEvent(new Event("change", { bubbles: true }));
    champ.focus();
  });
  calendrier.addEventListener("input", (evenement) => evenement.stopPropagation());
  cadre.append(bouton, calendrier);
}

function brancherHeure(champ) {
  champ.dataset.pret = "";
  champ.addEventListener("change", () => {
    const lu = /^(\d{1,2})\s*(?:[:hH]?\s*(\d{2})?)$/.exec(champ.value.trim());
    if (lu && Number(lu[1]) < 24 && Number(lu[2] ?? 0) < 60) champ.value = `${DEUX(lu[1])}:${lu[2] ?? "00"}`;
  }, true);
}
