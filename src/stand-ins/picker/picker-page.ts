import { type Html, html } from "../../http/html";
import type { Account } from "./accounts";
import { avatarPath } from "./avatar";
import { page } from "./page";
import type { Question } from "./picker";

/** What somebody typed to add a player of their own, and what is wrong with it. */
export type Draft = {
  name: string;
  email: string;
  problems: { name?: string; email?: string };
};

/** The account picker: its forms post to its own address. */
export function pickerPage(sign: string, question: Question, accounts: Account[], draft?: Draft): Response {
  const hinted = accounts.find(({ id, email }) => [id, email].includes(question.loginHint ?? ""));
  const listed = hinted ? [hinted, ...accounts.filter((account) => account !== hinted)] : accounts;
  const unknownHint = hinted ? undefined : question.loginHint;
  const content = html`<h1>Choose a player</h1>
<p class="to">to continue to <b>${question.client}</b></p>
<form method="post">
<ul class="accounts">
${listed.map((account) => accountButton(account))}
</ul>
</form>
<details${(draft ?? unknownHint) !== undefined && html` open`}>
<summary><span class="plus" aria-hidden="true">+</span>Add your own</summary>
${addForm(draft ?? { name: "", email: unknownHint ?? "", problems: {} })}
</details>
<form method="post" class="end">
<p>Then back to <b>${question.backTo}</b></p>
<button name="action" value="cancel" class="quiet">Cancel</button>
</form>`;
  return page(sign, "Choose a player", content, { status: draft ? 422 : 200 });
}

function accountButton({ id, name, email }: Account): Html {
  return html`<li><button name="account" value="${email}">
<img src="${avatarPath(id)}" alt="" width="48" height="48">
<span class="who"><span class="name">${name}</span><span class="email">${email}</span></span>
</button></li>`;
}

function addForm({ name, email, problems }: Draft): Html {
  return html`<form method="post" class="add">
${field({ name: "name", label: "Name", type: "text", value: name, limit: 100, problem: problems.name })}
${field({ name: "email", label: "Email", type: "email", value: email, limit: 254, problem: problems.email })}
<button name="action" value="add" class="primary">Add and continue</button>
</form>`;
}

function field(input: {
  name: string;
  label: string;
  type: string;
  value: string;
  limit: number;
  problem: string | undefined;
}): Html {
  const { name, problem } = input;
  return html`<div class="field">
<label for="${name}">${input.label}</label>
<input id="${name}" name="${name}" type="${input.type}" value="${input.value}" maxlength="${input.limit}" required autocomplete="off"${
    problem !== undefined && html` aria-invalid="true" autofocus aria-describedby="${name}-problem"`
  }>
${problem !== undefined && html`<p class="problem" id="${name}-problem">${problem}</p>`}
</div>`;
}
