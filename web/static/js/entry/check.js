/** A room's check of its devices and its line. */
import { CheckPage } from "../check/page.js";
import { Remote } from "../elements/remote.js";

const page = new CheckPage(document.getElementById("main"));
new Remote();
page.begin();
window.__check = page;
