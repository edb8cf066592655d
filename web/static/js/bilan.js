export function installerBilan() {}
