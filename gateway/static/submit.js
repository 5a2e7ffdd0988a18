// Sends the one form of a page that is only a step between two hosts.
document.getElementById("hand-over").requestSubmit();
