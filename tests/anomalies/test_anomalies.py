"""The report of an anomaly: what the mail says, what the attachments leave out, what is refused."""

import asyncio
import contextlib
import email
import email.policy
import pathlib
import random
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesion_core.anomalies.actions import preparer_anomalie, signaler_anomalie
from viesion_core.anomalies.capture import TAILLE_MAXIMALE, lire_capture
from viesion_core.anomalies.model import PAR_HEURE, SaisieAnomalie, Technique, navigateur, nomme
from viesion_core.courriels.envoi import TransportDossier, envoyer_courriels
from viesion_core.db import lire, lire_valeur
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from viesion_core.testing import Monde

ASSISTANCE = "assistance@exemple.test"
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0 Poste-4238"
TECHNIQUE = Technique(page="/beneficiaires/{numero}/contrats", reference="0A1B2C3D", agent=AGENT)
DESCRIPTION = "Le bouton « Enregistrer » du contrat ne répond pas : rien ne se passe."


def morceau(genre: bytes, donnees: bytes) -> bytes:
    return struct.pack(">I", len(donnees)) + genre + donnees + struct.pack(">I", zlib.crc32(genre + donnees))


def png(*, texte: bytes = b"", cote: int = 4, bruit: bool = False) -> bytes:
    """A real PNG, grey (or noise, that does not compress), with what a camera would write beside the picture."""
    hasard = random.Random(34)
    lignes = b"".join(b"\0" + (hasard.randbytes(cote) if bruit else b"\x80" * cote) for _ in range(cote))
    morceaux = [(b"IHDR", struct.pack(">IIBBBBB", cote, cote, 8, 0, 0, 0, 0))]
    morceaux += [(b"tEXt", texte), (b"eXIf", texte)] if texte else []
    morceaux += [(b"IDAT", zlib.compress(lignes)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(morceau(*m) for m in morceaux)


def jpeg(*, exif: bytes = b"") -> bytes:
    """The segments of a JPEG, with the place where it was taken."""

    def segment(marque: int, donnees: bytes) -> bytes:
        return bytes((0xFF, marque)) + struct.pack(">H", len(donnees) + 2) + donnees

    corps = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    corps += segment(0xE1, b"Exif\0\0" + exif) + segment(0xFE, exif) if exif else b""
    corps += segment(0xDB, b"\0" + bytes(64)) + segment(0xDA, b"\x01\x01\0\0\x3f\0")
    return b"\xff\xd8" + corps + b"\x12\x34\xff\xd9"


@pytest.mark.parametrize(("fabrique", "sorte"), [(png, "image/png"), (jpeg, "image/jpeg")])
def test_la_capture_garde_l_image_et_rien_d_autre(fabrique: Callable[..., bytes], sorte: str) -> None:
    secret = b"Lieu 43.6N 3.9E, appareil de Camille"
    nue = fabrique()
    chargee = fabrique(**{"texte" if sorte == "image/png" else "exif": secret})
    assert secret in chargee
    lue = lire_capture(chargee + b"GIF89a<script>" if sorte == "image/png" else chargee)
    assert (lue.type_mime, lue.contenu) == (sorte, nue)


@pytest.mark.parametrize(
    ("contenu", "attendu"),
    [
        (b"", "n'est pas une image"),
        (b"%PDF-1.4", "n'est pas une image"),
        (b"GIF89a" + bytes(40), "n'est pas une image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "n'est pas une image"),
        (png()[:-12], "abîmée"),
        (png()[:24] + b"\x07" + png()[25:], "abîmée"),
        (jpeg()[:-2], "abîmée"),
        (b"\xff\xd8\xff" + bytes(3), "abîmée"),
        (png() + bytes(TAILLE_MAXIMALE), "trop lourde"),
    ],
    ids=["vide", "pdf", "gif", "svg", "png coupé", "png altéré", "jpeg coupé", "jpeg vide", "lourde"],
)
def test_ce_qui_n_est_pas_une_image_entiere_se_refuse(contenu: bytes, attendu: str) -> None:
    with pytest.raises(ErreurSaisie) as refus:
        lire_capture(contenu)
    assert attendu in refus.value.erreurs["capture"]


@given(st.sampled_from([png(texte=b"x" * 30), jpeg(exif=b"y" * 30)]), st.data())
def test_une_image_coupee_ou_alteree_ne_plante_jamais(image: bytes, donnees: st.DataObject) -> None:
    place = donnees.draw(st.integers(0, len(image) - 1))
    abimee = bytearray(image[: donnees.draw(st.integers(place + 1, len(image)))])
    abimee[place] ^= donnees.draw(st.integers(1, 255))
    with contextlib.suppress(ErreurSaisie):
        assert lire_capture(bytes(abimee)).contenu


@pytest.mark.parametrize(
    ("agent", "dit"),
    [
        (AGENT, "Firefox 128, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36", "Chrome 130, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.2849", "Edge 130, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Version/17.5 Mobile/15E148 Safari/604.1", "Safari 17, iOS"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36", "Chrome 126, Android"),
        ("curl/8", "inconnu, système inconnu"),
    ],
)
def test_le_navigateur_se_dit_en_deux_mots(agent: str, dit: str) -> None:
    assert navigateur(agent) == dit


def test_une_personne_nommee_se_reconnait_dans_les_deux_sens() -> None:
    for texte in ("Chez GARNIER Élodie rien ne va", "le contrat d'Elodie Garnier.", "(garnier, élodie)"):
        assert nomme(texte, "Garnier", "Élodie"), texte
    for texte in ("La rue Garnier est absente", "Élodie, ma collègue, le voit aussi", "Garnier-Dupont Élodie", ""):
        assert not nomme(texte, "Garnier", "Élodie"), texte
    assert not nomme("rien", "", "Élodie")


async def test_le_courriel_part_avec_ses_pieces_puis_elles_s_effacent(monde: Monde, tmp_path: pathlib.Path) -> None:
    numero, _ = await monde.dossier(nom="Garnier", prenom="Élodie")
    saisie = SaisieAnomalie(description=DESCRIPTION, numero=numero, capture=lire_capture(png()))
    await signaler_anomalie(monde.referent, saisie, TECHNIQUE, assistance=ASSISTANCE)
    assert await lire_valeur("SELECT count(*) FROM courriel_fichier") == 2
    await envoyer_courriels(TransportDossier(tmp_path), "VieSion <a@viesion.test>", monde.referent.maintenant)
    assert await lire_valeur("SELECT count(*) FROM courriel_fichier") == 0
    [ecrit] = await asyncio.to_thread(lambda: [chemin.read_bytes() for chemin in tmp_path.glob("*.eml")])
    message = email.message_from_bytes(ecrit, policy=email.policy.default)
    adresse = await lire_valeur("SELECT courriel FROM utilisateur WHERE id = {}", monde.referent.utilisateur)
    assert (message["To"], message["Reply-To"]) == (ASSISTANCE, adresse)
    corps = message.get_body(("plain",)).get_content()
    assert DESCRIPTION in corps
    assert f"n° {numero}" in corps
    image, fiche = message.iter_attachments()
    assert (image.get_content_type(), image.get_content()) == ("image/png", png())
    technique = fiche.get_content()
    assert fiche.get_filename() == "technique.txt"
    for attendu in (
        "/beneficiaires/{numero}/contrats",
        "0A1B2C3D",
        "Firefox 128, Windows",
        "Référent",
        "Version de VieSion",
    ):
        assert attendu in technique
    for absent in (monde.referent.nom, adresse, "Garnier", f"/{numero}/", "Poste-4238"):
        assert absent not in technique
    [ligne] = await lire("SELECT operation, cle, motif FROM journal WHERE operation = 'anomalie.signaler'")
    assert (ligne["cle"], ligne["motif"]) == (str(numero), "/beneficiaires/{numero}/contrats")


async def test_ce_qui_se_refuse_avant_de_partir(monde: Monde) -> None:
    numero, _ = await monde.dossier(nom="Garnier", prenom="Élodie")
    ailleurs, _ = await monde.dossier(monde.autre_referent, nom="Ailleurs", prenom="Noa")
    refus = [
        (SaisieAnomalie(description="Ça bloque"), "description"),
        (SaisieAnomalie(description=f"{DESCRIPTION} Vu pour Garnier Elodie.", numero=numero), "description"),
        (SaisieAnomalie(description=DESCRIPTION, numero=ailleurs), "numero"),
        (SaisieAnomalie(description=DESCRIPTION, numero=999_999), "numero"),
    ]
    for saisie, champ in refus:
        with pytest.raises(ErreurSaisie) as erreur:
            await preparer_anomalie(monde.referent, saisie, TECHNIQUE, assistance=ASSISTANCE)
        assert set(erreur.value.erreurs) == {champ}
    assert await lire_valeur("SELECT count(*) FROM courriel") == 0


async def test_dix_en_une_heure_puis_on_attend(monde: Monde) -> None:
    saisie = SaisieAnomalie(description=DESCRIPTION)
    for _ in range(PAR_HEURE):
        await signaler_anomalie(monde.administrateur, saisie, TECHNIQUE, assistance=ASSISTANCE)
    with pytest.raises(ErreurMetier, match="attendez"):
        await signaler_anomalie(monde.administrateur, saisie, TECHNIQUE, assistance=ASSISTANCE)
    await signaler_anomalie(monde.referent, saisie, TECHNIQUE, assistance=ASSISTANCE)
