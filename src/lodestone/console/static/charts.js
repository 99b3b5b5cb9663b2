// A page with charts that stand still: their values are read by pointing, touching, or with the arrow keys.
import { reachable } from "./reading.js";

document.documentElement.classList.add("scripted");
reachable(document);
document.querySelector(".part[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
