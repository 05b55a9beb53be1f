/** The checks of all rooms, for technicians and staff. */
import { CheckList } from "../check/list.js";

new CheckList(document.querySelector("[data-checks]")).begin();
