// Helpers for showing people, shared by the page and the transcript.

export const $ = (id) => document.getElementById(id);

// colour assigns one of eight colours to each speaker, always the same for an id.
export function colour(id) {
  let h = 0;
  for (const c of id || '') h = (h * 31 + c.codePointAt(0)) >>> 0;
  return h % 8;
}

export function initials(name) {
  const parts = (name || '?').trim().split(/\s+/);
  const first = (s) => [...s][0] || '';
  return (first(parts[0]) + (parts.length > 1 ? first(parts[parts.length - 1]) : '')).toUpperCase();
}

export function clock(ms) {
  const s = Math.max(0, Math.floor((ms || 0) / 1000));
  const two = (n) => String(n).padStart(2, '0');
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
