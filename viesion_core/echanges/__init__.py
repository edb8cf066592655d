"""Files from a partner: checked, staged, turned into commands by a plugin, carried out here, answered."""
