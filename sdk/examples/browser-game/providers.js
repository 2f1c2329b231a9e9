let loaded;

/** The ways in that the server has. Asked for once it answered, no more. */
export function loadProviders(oauth) {
  loaded ??= oauth.providers().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** What players call a way in. */
export function nameOf(providers, id) {
  return providers.find((provider) => provider.id === id)?.name ?? id;
}
