// Light or dark: as the system has it, until somebody chooses.

const KEY = 'theme';
const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');
const chosen = $state({ dark: localStorage.getItem(KEY) ? localStorage.getItem(KEY) === 'dark' : system.matches });

system.addEventListener('change', () => {
  if (!root.dataset.theme) chosen.dark = system.matches;
});
if (localStorage.getItem(KEY)) root.dataset.theme = localStorage.getItem(KEY)!;

export function isDark(): boolean {
  return chosen.dark;
}

export function otherTheme(): void {
  chosen.dark = !chosen.dark;
  root.dataset.theme = chosen.dark ? 'dark' : 'light';
  localStorage.setItem(KEY, root.dataset.theme);
}
