package io.tinker4j.testkit;

/**
 * One operation that the embedded server has carried out on a model.
 *
 * @param seqId the operation's number in the order of the model's requests, from 1
 * @param kind the endpoint's name: {@code forward}, {@code forward_backward}, {@code optim_step},
 *     {@code save_weights}, {@code load_weights} or {@code save_weights_for_sampler}; a {@code
 *     forward_backward} that was sent as forward only is a {@code forward}
 * @param weightsHash SHA-256 of the model's adapters after the operation, lower-case hex; that of
 *     before when the operation changes no weights or failed
 */
public record ExecutedOperation(long seqId, String kind, String weightsHash) {}
