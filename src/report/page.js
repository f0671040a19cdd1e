'use strict';
const table = document.querySelector('table');
const body = table.tBodies[0];
const rows = Array.from(body.rows, row => ({
  row,
  text: row.textContent.toLowerCase(),
  state: row.dataset.state,
  causes: row.dataset.causes.split(' '),
  cells: Array.from(row.cells, cell => cell.dataset.key || cell.textContent),
}));
const tools = document.createElement('p');
tools.className = 'tools';
const label = document.createElement('label');
label.textContent = 'Show machines with: ';
const input = document.createElement('input');
input.type = 'search';
input.id = 'filter';
label.htmlFor = input.id;
const output = document.createElement('output');
tools.append(label, input, ' ', output);
document.querySelector('.scroll').before(tools);
function show() {
  const words = input.value.toLowerCase().split(' ').filter(Boolean);
  let shown = 0;
  for (const one of rows) {
    const fits = words.every(word => {
      if (word.startsWith('state:')) return one.state === word.slice(6);
      if (word.startsWith('cause:')) return one.causes.includes(word.slice(6));
      return one.text.includes(word);
    });
    one.row.hidden = !fits;
    shown += fits;
  }
  output.textContent = shown + ' of ' + rows.length + ' rows';
}
function read() {
  const found = /^#show=(.*)$/.exec(location.hash);
  if (found) {
    try { input.value = decodeURIComponent(found[1]); } catch { return; }
    show();
  }
}
input.addEventListener('input', () => {
  history.replaceState(null, '', '#show=' + encodeURIComponent(input.value));
  show();
});
window.addEventListener('hashchange', read);
for (const cause of document.querySelectorAll('[data-cause]')) {
  const link = document.createElement('a');
  link.href = '#show=' + encodeURIComponent('cause:' + cause.dataset.cause);
  link.textContent = 'Show in the table';
  const line = document.createElement('p');
  line.className = 'tools';
  line.append(link);
  cause.append(line);
}
const compare = new Intl.Collator('en', { numeric: true }).compare;
Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener('click', () => {
    const isUp = head.getAttribute('aria-sort') !== 'ascending';
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
    rows.sort((one, other) => (isUp ? 1 : -1) * compare(one.cells[column], other.cells[column]));
    body.append(...rows.map(one => one.row));
    output.textContent = 'Sorted by ' + button.textContent;
  });
});
show();
read();
