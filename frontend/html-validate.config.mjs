// What every rendered page is checked against: the HTML standard, accessibility, and good practice.

export default {
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    "doctype-style": ["error", { style: "lowercase" }],
    // A button submits by default, and each button on these pages does.
    "no-implicit-button-type": "off",
    // Several buttons with one name are one choice; the rule does not see that they are submit buttons.
    "form-dup-name": "off",
    // A headline may be long, and each title has one.
    "long-title": "off",
  },
};
