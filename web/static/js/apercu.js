// `viesion offre apercu`: the page comes again when its file changes.
const page = document.querySelector("[data-apercu]");

async function suivre() {
  try {
    const reponse = await fetch("/etat", { cache: "no-store" });
    const { empreinte } = await reponse.json();
    if (empreinte !== page.dataset.apercu) {
      location.reload();
      return;
    }
  } catch {
    // The preview was stopped, or starts again: the next try will tell.
  }
  setTimeout(suivre, 700);
}

if (page) setTimeout(suivre, 700);
