"""Each template of the offre merged on a bilan that answers everything; the .docx is opened again."""

import io
import pathlib

import docx

from viesion_core.extensions.decouverte import Trouvee
from viesion_core.extensions.registre import Registre
from viesion_core.testing import Monde, fusionner_modeles, ouvrir_etape_offre
from viesion_mos import plugin


async def test_each_template_is_merged_into_a_whole_word_document(monde: Monde, tmp_path: pathlib.Path) -> None:
    registre = Registre.composer([Trouvee("mos", "viesion-mos", "0", plugin)])
    numero, etape = await ouvrir_etape_offre(monde, "MOS", "MOS")
    documents = await fusionner_modeles(registre, monde.referent, numero, etape, "MOS", tmp_path)
    registre.fermer()
    assert set(documents) == {"MOS_BILAN"}
    for contenu in documents.values():
        document = docx.Document(io.BytesIO(contenu))
        cellules = [c.text for table in document.tables for ligne in table.rows for c in ligne.cells]
        tout = "\n".join([*cellules, *(p.text for p in document.paragraphs)])
        assert "EXEMPLE" in tout.upper()
        assert "Association Exemple" in tout
        assert "Réponse à «" in tout
        assert not [marque for marque in ("{{", "{%", "None", "True") if marque in tout]
