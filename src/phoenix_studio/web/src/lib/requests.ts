// Asks the server.

/** The address of its sockets. */
export const SOCKETS = location.origin.replace('http', 'ws');

/** Return an answer; undefined when there is none. */
export async function ask<T>(path: string, options?: RequestInit): Promise<T | undefined> {
  const response = await fetch(path, options).catch(() => undefined);
  return response?.ok ? ((await response.json()) as T) : undefined;
}

export const send = <T>(path: string, body: object) => ask<T>(path, { method: 'POST', body: JSON.stringify(body) });
