/** Whether an id of Google's is that of an account (`sub`, digits alone) and not that of a player of Play Games. */
export function googleProvider(id: string): "google" | "google_play" {
  return /^\d{1,255}$/.test(id) ? "google" : "google_play";
}
