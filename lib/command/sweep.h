/* Sweep: what a killed supervisor left in its folder. */
#ifndef CHATUR_COMMAND_SWEEP_H
#define CHATUR_COMMAND_SWEEP_H

/* Removes, below `folder`, every *.sock socket that nobody listens on, then every *.sock link that
 * leads nowhere, so that NGINX answers 404 for an endpoint that is no more. What cannot be removed
 * stays. */
void chatur_sweep(const char *folder);

#endif
