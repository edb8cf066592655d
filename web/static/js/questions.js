// Read, write and name the answer of a question block, whatever its type. See docs/interface.md for the contract.

import { enFrancais, enIso } from "./date.js";

const champs = (bloc) => [...bloc.querySelectorAll("input[name], select[name], textarea[name]")];

/** The answer as JSON: string, number, boolean, list, or null when there is none. */
export function lire(bloc) {
  const [premier] = champs(bloc);
  switch (bloc.dataset.type) {
    case "CHOIX_MULTIPLE": {
      const coches = champs(bloc).filter((champ) => champ.checked).map((champ) => champ.value);
      return coches.length ? coches : null;
    }
    case "OUI_NON": {
      const coche = champs(bloc).find((champ) => champ.checked);
      return coche ? coche.value === "oui" : null;
    }
    case "CHOIX":
      if (premier.type === "radio") return champs(bloc).find((champ) => champ.checked)?.value ?? null;
      return premier.value || null;
    case "DATE":
      return premier.value.trim() === "" ? null : enIso(premier.value) ?? premier.value.trim();
    case "NOMBRE":
      return premier.value === "" ? null : premier.valueAsNumber;
    default:
      return premier.value.trim() === "" ? null : premier.value;
  }
}

/** Put an answer in the block, as if it had been typed. */
export function ecrire(bloc, valeur) {
  const cochees = Array.isArray(valeur) ? valeur : valeur === true ? ["oui"] : valeur === false ? ["non"] : [valeur];
  for (const champ of champs(bloc)) {
    if (champ.type === "checkbox" || champ.type === "radio") champ.checked = cochees.includes(champ.value);
    else champ.value = bloc.dataset.type === "DATE" ? enFrancais(valeur ?? "") : (valeur ?? "");
    // A list that filters shows its choice in a field of its own.
    if (champ.tagName === "SELECT") champ.dispatchEvent(new Event("pose"));
  }
}

/** The answer in words, to show two of them side by side. */
export function enClair(bloc, valeur) {
  if (valeur === null || valeur === undefined || valeur === "") return "Aucune réponse";
  if (typeof valeur === "boolean") return valeur ? "Oui" : "Non";
  if (bloc.dataset.type === "DATE") return enFrancais(String(valeur));
  const libelle = (code) => {
    const option = bloc.querySelector(`option[value="${CSS.escape(code)}"]`);
    const coche = champs(bloc).find((champ) => champ.value === String(code) && champ.labels?.length);
    return option?.text ?? (coche?.type === "radio" || coche?.type === "checkbox" ? coche.labels[0].innerText : String(code));
  };
  return Array.isArray(valeur) ? valeur.map(libelle).join(", ") : libelle(String(valeur));
}

/** Whether two answers say the same (the order of boxes does not count). */
export function memes(a, b) {
  const normal = (valeur) => JSON.stringify(Array.isArray(valeur) ? [...valeur].sort() : (valeur === "" ? null : valeur ?? null));
  return normal(a) === normal(b);
}
