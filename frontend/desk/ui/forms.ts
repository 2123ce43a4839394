/** Reading forms, and buttons that must not act twice. */

export function formValue(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}

/** Handles a form's submission without leaving the page. */
export function onSubmit(submit: (form: HTMLFormElement) => void) {
  return (event: Event): void => {
    event.preventDefault();
    submit(event.currentTarget as HTMLFormElement);
  };
}

/** The second click of a double click would act on the comment that has appeared in the meantime. */
export function ignoreDoubleClick(action: () => void) {
  return (event: Event): void => {
    if ((event as MouseEvent).detail <= 1) action();
  };
}

/** Enter on a clause or a kind of edit submits, as in a form; in a text field it starts a new line. */
export function onEnterInChoice(submit: () => void) {
  return (event: KeyboardEvent): void => {
    const isPlainEnter = event.key === "Enter" && !event.repeat && !event.ctrlKey && !event.metaKey;
    const isChoice = event.target instanceof HTMLInputElement && event.target.type === "radio";
    if (!isPlainEnter || !isChoice) return;
    event.preventDefault();
    submit();
  };
}
