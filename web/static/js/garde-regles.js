// The guard of free texts, as viesion_core/garde/model.py: the same rules, read from the same file of the server.
let attendues = null;

/** The rules, asked for once; null where they cannot be had (the server guards all the same). */
export function chargerRegles() {
  attendues ??= fetch(new URL("../garde/regles.json", import.meta.url))
    .then((reponse) => (reponse.ok ? reponse.json() : null))
    .then((brutes) => brutes && compiler(brutes))
    .catch(() => null);
  return attendues;
}

/** What a text should not hold: [{genre, mot}], in the order of the messages, each word once. */
export function examiner(texte, regles) {
  const trouves = [];
  if ([...texte.matchAll(regles.nir)].some(nirValide)) trouves.push({ genre: "nir", mot: "" });
  if ([...texte.matchAll(regles.iban)].some((lu) => ibanValide(texte.slice(lu.index), regles))) trouves.push({ genre: "iban", mot: "" });
  let plie = plier(texte);
  const coordonnees = (phrase) => contient(regles.telephone, phrase) || contient(regles.courriel, phrase);
  if (plie.split(regles.phrase).some((phrase) => coordonnees(phrase) && contient(regles.tiers, phrase))) trouves.push({ genre: "tiers", mot: "" });
  plie = plie.replace(regles.libelles, (lu) => " ".repeat(lu.length));
  for (const genre of ["diagnostic", "jugement"]) {
    const vus = new Map();
    for (const lu of plie.matchAll(regles[genre])) {
      if (!vus.has(lu[0])) vus.set(lu[0], texte.slice(lu.index, lu.index + lu[0].length));
    }
    for (const mot of vus.values()) trouves.push({ genre, mot });
  }
  return trouves;
}

/** What is said of the finds, and who will read the field; "" when there is nothing. */
export function direGarde(trouves, lecteurs, regles) {
  if (!trouves.length) return "";
  const phrases = [...new Set(trouves.map(({ genre }) => genre))].map((genre) => {
    const cites = trouves.filter((trouve) => trouve.genre === genre).map(({ mot }) => `«\u00a0${mot.slice(0, regles.extrait)}\u00a0»`);
    return regles.messages[genre].replace("{}", () => cites.join(", "));
  });
  return [...phrases, regles.messages.lecteurs.replace("{}", () => lecteurs)].join(" ");
}

function compiler(brutes) {
  const regles = { ...brutes };
  for (const nom of ["nir", "iban", "telephone", "courriel", "phrase", "tiers", "diagnostic", "jugement", "libelles"]) {
    regles[nom] = new RegExp(brutes[nom], "gu");
  }
  return regles;
}

function contient(motif, texte) {
  motif.lastIndex = 0;
  return motif.test(texte);
}

/** The same text without capitals or accents, of the same length: a place in one is a place in the other. */
function plier(texte) {
  let plie = "";
  for (const lettre of texte) {
    const base = String.fromCodePoint(lettre.normalize("NFD").codePointAt(0)).toLowerCase();
    plie += base === "’" || base === "ʼ" ? "'" : base.length === lettre.length ? base : lettre;
  }
  return plie;
}

/** Corsica counts as 19 (2A) and 18 (2B). */
function nirValide(lu) {
  const nombre = Number(lu.slice(1, 7).join("").toUpperCase().replace("2A", "19").replace("2B", "18"));
  return 97 - (nombre % 97) === Number(lu[7]);
}

function ibanValide(suite, regles) {
  const longueur = regles.longueurs_iban[suite.slice(0, 2).toUpperCase()];
  if (!longueur) return false;
  const compact = suite.slice(0, 2 * longueur).replace(/[ \u00a0]/g, "").slice(0, longueur).toUpperCase();
  if (compact.length < longueur || !/^[0-9A-Z]+$/.test(compact)) return false;
  let reste = 0;
  for (const signe of compact.slice(4) + compact.slice(0, 4)) {
    for (const chiffre of String(parseInt(signe, 36))) reste = (reste * 10 + Number(chiffre)) % 97;
  }
  return reste === 1;
}
