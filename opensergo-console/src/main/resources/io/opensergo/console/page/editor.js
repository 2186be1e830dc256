import {h, fill, debounced} from './dom.js';
import {post} from './api.js';
import {t} from './words.js';

/**
 * A text with numbered lines that the server validates as one types. Tab leaves it, as everywhere
 * on the page.
 */
export function editor(text, {readOnly, onchange, onsave}) {
  const gutter = h('div', {class: 'gutter', 'aria-hidden': 'true'});
  const area = h('textarea', {
    spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', wrap: 'off', readonly: readOnly,
    'aria-label': t('editorLabel'), 'aria-describedby': 'problems', value: text,
  });
  const problems = h('div', {class: 'problems', id: 'problems', 'aria-live': 'polite'});
  let marks = new Map();
  let asked = 0;

  const number = () => {
    const count = area.value.split('\n').length;
    fill(gutter, Array.from({length: count}, (each, i) => h('div', {class: marks.get(i + 1) ?? ''}, i + 1)));
    gutter.scrollTop = area.scrollTop;
  };
  const show = found => {
    marks = new Map();
    for (const each of found) {
      if (each.line && marks.get(each.line) !== 'bad') {
        marks.set(each.line, each.severity === 'error' ? 'bad' : 'warn');
      }
    }
    number();
    const errors = found.filter(each => each.severity === 'error').length;
    area.setAttribute('aria-invalid', String(errors > 0));
    fill(problems, h('p', {class: errors > 0 ? 'error' : 'soft'}, found.length === 0 ? t('valid') : t('problems', found.length)),
      found.map(each => h('button', {class: each.severity, type: 'button', onclick: () => goTo(each)},
        each.line ? `${t('place', each.line, each.column ?? 1)}: ` : '', each.path ? `${each.path} ` : '', each.message)));
  };
  const goTo = ({line, column}) => {
    const before = area.value.split('\n').slice(0, (line ?? 1) - 1).join('\n');
    const at = before.length + (before === '' && (line ?? 1) === 1 ? 0 : 1) + (column ?? 1) - 1;
    area.focus();
    area.setSelectionRange(at, at);
    area.scrollTop = Math.max(0, ((line ?? 1) - 8) * 20);
  };
  const validate = async () => {
    const mine = ++asked;
    try {
      const answer = await post('/validate', {text: area.value});
      if (mine === asked) {
        show(answer.problems);
      }
    } catch {
      // the connection shows at the top, and the next key asks again
    }
  };
  const later = debounced(validate, 300);

  area.addEventListener('input', () => {
    number();
    onchange(area.value);
    later();
  });
  area.addEventListener('scroll', () => {
    gutter.scrollTop = area.scrollTop;
  });
  area.addEventListener('keydown', event => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault();
      onsave();
    }
  });
  number();
  validate();
  return {
    node: h('div', null, h('div', {class: 'editor'}, gutter, area), problems),
    text: () => area.value,
    set: value => {
      area.value = value;
      number();
      validate();
    },
    show,
  };
}
