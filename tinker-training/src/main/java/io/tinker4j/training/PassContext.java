package io.tinker4j.training;

import io.tinker4j.training.cost.TokenMeter;
import io.tinker4j.training.internal.ByteBudget;
import io.tinker4j.training.internal.Chunker;
import io.tinker4j.training.internal.LossWarnings;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.types.Datum;

/**
 * What the passes of all models of a service client share.
 *
 * @param bytes of passes on their way to the server
 * @param sendsSideBySide whether the server wants the chunks of a pass at the same time
 */
record PassContext(
    ApiClient api,
    Runner runner,
    PromiseAwaiter awaiter,
    Chunker<Datum> chunker,
    ByteBudget bytes,
    BodyFormats formats,
    ServerFeatures features,
    LossWarnings warnings,
    TokenMeter meter,
    boolean sendsSideBySide) {}
