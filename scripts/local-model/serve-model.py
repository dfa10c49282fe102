"""Serves one GGUF model in the OpenAI format on a free port of the loopback, and says where in one line of JSON.

The only argument is JSON: packages, weights, name, threads, slots, slot_tokens.
"""

import json
import signal
import sys

settings = json.loads(sys.argv[1])
sys.path.insert(0, settings["packages"])

import xllamacpp  # noqa: E402

params = xllamacpp.CommonParams()
params.model.path = settings["weights"]
params.model_alias = {settings["name"]}
params.cpuparams.n_threads = settings["threads"]
params.cpuparams_batch.n_threads = settings["threads"]
params.n_parallel = settings["slots"]
params.n_ctx = settings["slots"] * settings["slot_tokens"]
# So small a model gains nothing from a graphics card, and this way it is the same everywhere.
params.n_gpu_layers = 0
# Keeping prompts of the past could take gigabytes.
params.cache_ram_mib = 0
params.ui = False
# GET /metrics: what it counted itself.
params.endpoint_metrics = True
# No web page is to use it.
params.cors_origins = ""

server = xllamacpp.Server(params)
print(json.dumps({"listening": server.listening_address}), flush=True)
while True:
    signal.pause()
