// Elements are made by hand, and what comes from the server becomes a text node, never markup.

/** Makes an element. A prop that begins with "on" is a listener, true and false set attributes. */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'value' || name === 'checked' || name === 'disabled') {
      element[name] = value;
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  append(element, children);
  return element;
}

function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) {
      parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
}

/** Puts these in the place of all that an element holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** A table with a heading for each column; says what is missing if there is no row. */
export function table(headings, rows, empty) {
  if (rows.length === 0) {
    return h('p', {class: 'empty'}, empty);
  }
  return h('div', {class: 'scroll'},
    h('table', null,
      h('thead', null, h('tr', null, headings.map(each => h('th', {scope: 'col'}, each)))),
      h('tbody', null, rows.map(row => h('tr', null, row.map(cell => h('td', null, cell)))))));
}

/** A labelled field of a form. */
export function field(label, control) {
  return h('label', {class: 'field'}, h('span', null, label), control);
}

/** Returns what is to be done some time after the last of many calls. */
export function debounced(action, millis) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...args), millis);
  };
}

/** A time as people of this place write it, with the exact one as a hint. */
export function time(iso) {
  const date = new Date(iso);
  return h('time', {datetime: iso, title: iso}, Number.isNaN(date.getTime()) ? iso : date.toLocaleString());
}
