package consumer

import io.tinker4j.testkit.EmbeddedTinkerServer
import io.tinker4j.training.ServiceClient
import io.tinker4j.types.AdamParams
import io.tinker4j.types.Datum
import io.tinker4j.types.LossFunction
import io.tinker4j.types.ModelInput
import io.tinker4j.types.SamplingParams

/** Trains and samples against the embedded server. */
fun main() {
    EmbeddedTinkerServer.start().use { server ->
        ServiceClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("tml-test")
            .build()
            .use { service -> trainAndSample(service) }
    }
}

private fun trainAndSample(service: ServiceClient) {
    val model = service.serverCapabilities.supportedModels().first().modelName().orElseThrow()
    val training = service.createLoraTrainingClient(model)
    val batch = listOf(Datum.supervised(*bytes("the quick brown fox")))
    val adam = AdamParams.builder().learningRate(0.02).build()

    val losses =
        (1..4).map {
            val pass = training.forwardBackward(batch, LossFunction.CROSS_ENTROPY)
            training.optimStep(adam).join()
            pass.join().metrics().lossSum().orElseThrow()
        }
    println("learns ${losses.last() < losses.first()}")

    val sampler = training.saveWeightsAndGetSamplingClient()
    val params = SamplingParams.builder().maxTokens(5).temperature(0.0).build()
    val sample = sampler.sample(ModelInput.ofInts(*bytes("the ")), 1, params).join()
    println("tokens ${sample.sequences().first().toInts().size}")
}

private fun bytes(text: String): IntArray = text.map { it.code }.toIntArray()
