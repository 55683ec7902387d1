package io.tinker4j.testkit.observe;

/**
 * One operation that the embedded server has carried out on a model.
 *
 * @param seqId the operation's number in the order of the model's requests, from 1
 * @param kind the endpoint's name: {@code forward}, {@code forward_backward}, {@code optim_step},
 *     {@code save_weights}, {@code load_weights}, {@code save_weights_for_sampler} or {@code
 *     save_weights_external}; a {@code forward_backward} that was sent as forward only is a {@code
 *     forward}
 * @param payloadHash SHA-256 of what was asked for, lower-case hex; equal for requests of one form,
 *     JSON or binary, that ask for the same, of whatever model and under whatever number
 * @param weightsHash SHA-256 of the model's adapters after the operation, lower-case hex; that of
 *     before when the operation changes no weights or failed
 * @param order the operation's place among all that the server carried out, on whatever model, from
 *     0; it goes on counting after a restart
 */
public record ExecutedOperation(
    long seqId, String kind, String payloadHash, String weightsHash, long order) {}
