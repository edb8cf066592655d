"""The screens of VieSion, served by litestar."""
