// Language and colours, kept in this browser alone.
const languages = ['en', 'zh'];
const themes = ['auto', 'light', 'dark'];

function read(name, allowed, otherwise) {
  try {
    const value = localStorage.getItem(name);
    return allowed.includes(value) ? value : otherwise;
  } catch {
    return otherwise; // storage is blocked
  }
}

function write(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // it holds until the page is left
  }
}

let language = read('console-language', languages, navigator.language.startsWith('zh') ? 'zh' : 'en');
let theme = read('console-theme', themes, 'auto');

export function currentLanguage() {
  return language;
}

export function currentTheme() {
  return theme;
}

export function apply() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.documentElement.dataset.theme = theme;
}

export function nextTheme() {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  write('console-theme', theme);
  apply();
  return theme;
}

export function otherLanguage() {
  language = language === 'zh' ? 'en' : 'zh';
  write('console-language', language);
  apply();
}
