/// Files of weights: read as they are meant, written so that they read the same, and refused in one sentence where they lie.
module Alignment.Tests.Language.WeightFileTests

open System
open System.Buffers.Binary
open System.IO
open System.Text
open System.Text.Json.Nodes
open Expecto
open Alignment
open Alignment.Formats
open Alignment.Tests
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.ModelFixtures

/// The message of a file that is refused: one line, without the folder it lies in.
let private formatFault (action: unit -> 'a) =
    try
        action () |> ignore
        failtest "taken, where a refusal was expected"
    with :? InputFormatException as e ->
        Expect.isFalse (e.Message.Contains '\n') e.Message
        e.Problem

let private fileOf (header: string) (data: byte[]) =
    let text = Encoding.UTF8.GetBytes header
    let length = Array.zeroCreate<byte> 8
    BinaryPrimitives.WriteInt64LittleEndian(length, int64 text.Length)
    Array.concat [ length; text; data ]

let private opened (bytes: byte[]) action =
    inFolder (fun home ->
        let path = Path.Combine(home, "x.safetensors")
        File.WriteAllBytes(path, bytes)
        use file = SafeTensorsFile.Open path
        action file)

let private tensor name dtype shape first last =
    $"\"%s{name}\":{{\"dtype\":\"%s{dtype}\",\"shape\":%s{shape},\"data_offsets\":[%d{first},%d{last}]}}"

let private wrongHeaders = [
    "a length beyond all sense",
    Array.concat [ Array.create 8 255uy; Array.zeroCreate 8 ],
    "its header says that it is 18446744073709551615 bytes long, more than the format's limit of 100,000,000; this is no safetensors file"
    "seven bytes", Array.zeroCreate 7, "expected a safetensors file, which begins with 8 bytes, got 7 bytes in all"
    "nothing", [||], "the file is empty; expected a safetensors file"
    "an end within the header",
    (fileOf "{\"a\":1}" [||])[..9],
    "the file ends within its header: expected at least 15 bytes, got 10; download it again"
    "a zip", fileOf "PK" [||], "its header does not begin with '{'; this is no safetensors file"
    "a number for a tensor", fileOf "{\"a\":1}" [||], "tensor 'a': expected dtype, shape and data_offsets, got 1"
    "no shape",
    fileOf "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}" (Array.zeroCreate 4),
    "tensor 'a': 'shape' is missing"
    "an unknown type",
    fileOf ("{" + tensor "a" "F128" "[1]" 0 16 + "}") (Array.zeroCreate 16),
    "tensor 'a': expected a dtype of F64, F32, F16, BF16, F8_E4M3, F8_E5M2, I64, I32, I16, I8, U64, U32, U16, U8, BOOL, got \"F128\""
    "a shape below 0",
    fileOf ("{" + tensor "a" "F32" "[-1]" 0 4 + "}") (Array.zeroCreate 4),
    "tensor 'a': shape: expected whole numbers of at least 0, got -1"
    "a shape that overflows",
    fileOf ("{" + tensor "a" "F32" "[4611686018427387904,4611686018427387904]" 0 4 + "}") (Array.zeroCreate 4),
    "tensor 'a': a shape of [4611686018427387904, 4611686018427387904] is more than any file holds"
    "fewer bytes than the shape",
    fileOf ("{" + tensor "a" "F32" "[2]" 0 4 + "}") (Array.zeroCreate 4),
    "tensor 'a': F32 of shape [2] takes 8 bytes, but its data_offsets [0, 4] hold 4"
    "offsets in disorder",
    fileOf ("{" + tensor "a" "F32" "[1]" 4 0 + "}") (Array.zeroCreate 4),
    "tensor 'a': expected data_offsets [begin, end] in order, got [4, 0]"
    "an overlap",
    fileOf ("{" + tensor "a" "F32" "[2]" 0 8 + "," + tensor "b" "F32" "[1]" 4 8 + "}") (Array.zeroCreate 8),
    "tensor 'b' begins at byte 4 of the data where 8 was expected: tensors overlap"
    "a hole",
    fileOf ("{" + tensor "a" "F32" "[1]" 0 4 + "," + tensor "b" "F32" "[1]" 8 12 + "}") (Array.zeroCreate 12),
    "tensor 'b' begins at byte 8 of the data where 4 was expected: tensors leave a hole"
    "an early end",
    fileOf ("{" + tensor "a" "F32" "[2]" 0 8 + "}") (Array.zeroCreate 5),
    "the file ends too early: its tensors take 8 bytes, it holds 5; download it again"
    "a late end",
    fileOf ("{" + tensor "a" "F32" "[1]" 0 4 + "}") (Array.zeroCreate 5),
    "the file goes on behind its last tensor: expected 4 bytes of data, got 5"
    "a name twice",
    fileOf ("{" + tensor "a" "F32" "[1]" 0 4 + "," + tensor "a" "F32" "[1]" 4 8 + "}") (Array.zeroCreate 8),
    "the tensor 'a' stands twice in its header"
    "notes that are no texts", fileOf "{\"__metadata__\":{\"a\":1}}" [||], "__metadata__, 'a': expected a text, got 1"
]

let private reading =
    testList "safetensors" [
        for name, bytes, sentence in wrongHeaders do
            testCase $"refused: {name}" (fun () ->
                Expect.equal (formatFault (fun () -> opened bytes ignore)) sentence "sentence")

        testCase "JSON that breaks off is refused" (fun () ->
            let problem = formatFault (fun () -> opened (fileOf "{\"a\":" [||]) ignore)
            Expect.stringStarts problem "its header is no JSON: " "sentence")

        testCase "whatever stands in a file, it is read or refused" (fun () ->
            // a true file with bytes changed, cut off or put in: no other exception, and no tensor beyond the file
            let whole = File.ReadAllBytes(Path.Combine(folder "llama", "red", "adapter_model.safetensors"))
            let stream = RandomStream(3UL, "damage")
            let mutable refused = 0

            for k in 0L .. 1_999L do
                let bytes = Array.copy whole

                for change in 0L .. stream.Integer(5L, k, 0L) - 1L do
                    // most damage goes where the header is
                    let among = if stream.Uniform(k, 10L + change) < 0.8 then 900 else bytes.Length

                    bytes[int (stream.Integer(int64 among, k, 20L + change))] <-
                        byte (stream.Integer(256L, k, 30L + change))

                let bytes =
                    if stream.Uniform(k, 40L) < 0.2 then
                        bytes[.. int (stream.Integer(int64 bytes.Length, k, 41L))]
                    else
                        bytes

                try
                    opened bytes (fun file ->
                        for tensor in file.Tensors do
                            file.Read(tensor, 0L, (Array.zeroCreate<byte>(int (tensor.End - tensor.Begin))).AsSpan()))
                with :? InputFormatException as e ->
                    refused <- refused + 1
                    Expect.isFalse (e.Message.Contains '\n') e.Message

            Expect.isGreaterThan refused 1_000 "most are refused")

        testCase "numbers of 8 bits are those of the papers" (fun () ->
            // E4M3: 0x7E = 448, 0x38 = 1, 0x01 = 2^-9; E5M2: 0x7B = 57344, 0x3C = 1, 0x01 = 2^-16
            let values dtype (bytes: byte[]) =
                inFolder (fun home ->
                    let config = File.ReadAllText(Path.Combine(folder "llama", "config.json"))
                    File.WriteAllText(Path.Combine(home, "config.json"), config)
                    use source = SafeTensorsFile.Open(Path.Combine(folder "llama", "model.safetensors"))
                    // the last norm's 16 numbers in 8 bits, all else as it is
                    let parts = [
                        for t in source.Tensors ->
                            if t.Name = "model.norm.weight" then
                                t.Name, dtype, "[16]", Array.append bytes (Array.zeroCreate (16 - bytes.Length))
                            else
                                let data = Array.zeroCreate<byte>(int (t.End - t.Begin))
                                source.Read(t, 0L, data.AsSpan())
                                t.Name, t.Format.Name, StoredTensor.Text t.Shape, data
                    ]

                    let ends = parts |> List.scan (fun at (_, _, _, data) -> at + data.Length) 0

                    let header =
                        List.map2
                            (fun (name, dtype, shape, _) (a, b) -> tensor name dtype shape a b)
                            parts
                            (List.pairwise ends)
                        |> String.concat ","

                    let data = parts |> List.map (fun (_, _, _, data) -> data) |> Array.concat
                    File.WriteAllBytes(Path.Combine(home, "model.safetensors"), fileOf ("{" + header + "}") data)
                    use model = LanguageModel.Load home
                    model.Save(Path.Combine(home, "saved"))
                    use saved = SafeTensorsFile.Open(Path.Combine(home, "saved", "model.safetensors"))
                    let norm = saved.Find "model.norm.weight" |> Option.ofObj |> Option.get
                    let bytes = Array.zeroCreate<byte> 64
                    saved.Read(norm, 0L, bytes.AsSpan())
                    [ for k in 0..4 -> BitConverter.ToSingle(bytes, 4 * k) ])

            Expect.equal
                (values "F8_E4M3" [| 0x7Euy; 0x38uy; 0x01uy; 0xB8uy; 0x3Cuy |])
                [ 448.0f; 1.0f; 0.001953125f; -1.0f; 1.5f ]
                "E4M3"

            Expect.equal
                (values "F8_E5M2" [| 0x7Buy; 0x3Cuy; 0x01uy; 0xBCuy; 0x3Euy |])
                [ 57344.0f; 1.0f; 1.52587890625e-05f; -1.0f; 1.5f ]
                "E5M2")

        testCase "a file of 8 GB is opened and read at its end in no time and no memory" (fun () ->
            inFolder (fun home ->
                let path = Path.Combine(home, "large.safetensors")
                let size = 8_000_000_000L

                let header =
                    fileOf ("{" + tensor "w" "F32" "[2000000000]" 0 0 + "}") [||]
                    |> Encoding.UTF8.GetString
                    |> fun text -> text.Replace("[0,0]", $"[0,{size}]")

                let text = header.Substring 8
                let bytes = Array.append (BitConverter.GetBytes(int64 text.Length)) (Encoding.UTF8.GetBytes text)

                // nothing but its ends is written: the file system keeps no zeros
                (use file = File.Create path
                 file.Write bytes
                 file.SetLength(int64 bytes.Length + size)
                 file.Seek(-4L, SeekOrigin.End) |> ignore
                 file.Write(BitConverter.GetBytes 1.5f))

                let before = Environment.WorkingSet
                use file = SafeTensorsFile.Open path
                let last = Array.zeroCreate<byte> 4
                file.Read(file.Tensors[0], size - 4L, last.AsSpan())
                Expect.equal (BitConverter.ToSingle(last, 0)) 1.5f "its last number"
                Expect.isLessThan (Environment.WorkingSet - before) 100_000_000L "bytes more"))

        testCase "all 256 numbers of 8 bits, by way of 16" (fun () ->
            let same message (expected: float32) (actual: float32) =
                Expect.isTrue
                    (expected = actual || (Single.IsNaN expected && Single.IsNaN actual))
                    $"{message}: {expected}, {actual}"

            let e5m2, e4m3 = Float8.Table NumberFormat.Float8E5M2, Float8.Table NumberFormat.Float8E4M3

            for bits in 0..255 do
                // E5M2 is the upper half of binary16
                same $"E5M2 {bits}" (float32 (BitConverter.Int16BitsToHalf(int16 (bits <<< 8)))) e5m2[bits]
                // E4M3 has 8 less on its exponent than binary16, and no infinity
                let sign, exponent, fraction = bits &&& 128, (bits >>> 3) &&& 15, bits &&& 7

                let expected =
                    if exponent = 15 && fraction = 7 then
                        nanf
                    elif exponent = 0 then
                        float32 fraction / 512.0f * (if sign = 0 then 1.0f else -1.0f)
                    else
                        let half = (sign <<< 8) ||| ((exponent + 8) <<< 10) ||| (fraction <<< 7)
                        float32 (BitConverter.Int16BitsToHalf(int16 half))

                same $"E4M3 {bits}" expected e4m3[bits])
    ]

let private roundTrips =
    testList "round trips" [
        for name in
            [
                "llama"
                "llama-biased"
                "llama-llama3"
                "llama-yarn"
                "llama-yarn-set"
                "llama-linear"
                "llama-newer"
                "llama-float64"
                "qwen2"
                "qwen3"
                "mistral"
                "gpt2"
            ] do
            testCase $"{name}: saved and loaded it says the same, bit for bit" (fun () ->
                inFolder (fun home ->
                    use model = LanguageModel.Load(folder name)
                    model.Save home
                    use again = LanguageModel.Load home
                    Expect.equal again.Config model.Config "configuration"
                    Expect.equal (again.Logits rows) (model.Logits rows) "logits"
                    // and the same tensors give the same file
                    let once = File.ReadAllBytes(Path.Combine(home, "model.safetensors"))
                    again.Save home
                    Expect.equal (File.ReadAllBytes(Path.Combine(home, "model.safetensors"))) once "bytes"))

        for name in [ "mistral"; "llama-float16"; "llama-float64" ] do
            testCase $"{name}: stored as it was, byte for byte" (fun () ->
                inFolder (fun home ->
                    use model = LanguageModel.Load(folder name, ModelOptions(Precision = WeightPrecision.Stored))
                    model.Save home

                    let tensors path =
                        use file = SafeTensorsFile.Open(Path.Combine(path, "model.safetensors"))

                        [
                            for t in file.Tensors |> Seq.sortBy _.Name do
                                let bytes = Array.zeroCreate<byte>(int (t.End - t.Begin))
                                file.Read(t, 0L, bytes.AsSpan())
                                t.Name, t.Format.Name, List.ofSeq t.Shape, bytes
                        ]

                    Expect.equal (tensors home) (tensors (folder name)) "tensors"))

        testCase "16 bits are near, and no nearer" (fun () ->
            use model = LanguageModel.Load(folder "mistral", ModelOptions(Precision = WeightPrecision.Stored))
            // bfloat16 keeps 8 bits of a number
            let near =
                farthest
                    (model.LogProbabilities(rows)[1])
                    (expected (Path.Combine(folder "mistral", "expected.safetensors")) "logps.1")

            Expect.isLessThan near 0.1 "near")

        testCase "adapters through their folder" (fun () ->
            inFolder (fun home ->
                use model = LanguageModel.Load(folder "llama")
                let red = model.LoadAdapter("red", Path.Combine(folder "llama", "red"))
                let says = model.Logits(rows, red)
                model.SaveAdapter(red, home)
                let again = model.LoadAdapter("again", home)
                Expect.equal again.Kind red.Kind "settings"
                Expect.equal (model.Logits(rows, again)) says "logits"))

        testCase "an adapter with preferences through its folder" (fun () ->
            inFolder (fun home ->
                use model = LanguageModel.Load(folder "llama")
                let front = model.Attach("front", PreferenceLora(Objectives = 2, Rank = 3), 5UL)
                // it begins by changing nothing
                Expect.equal (model.Logits(rows, front, 0.3, 0.7)) (model.Logits rows) "a new adapter"
                GradientCheck.perturb front 3UL
                let says = model.Logits(rows, front, 0.3, 0.7)
                Expect.notEqual says (model.Logits rows) "moved away from there"
                model.SaveAdapter(front, home)
                let again = model.LoadAdapter("again", home)
                Expect.equal again.Kind front.Kind "settings"
                Expect.equal (model.Logits(rows, again, 0.3, 0.7)) says "logits"

                Expect.equal
                    (argumentFault (fun () -> model.Logits(rows, again)))
                    "Adapter 'again': expected 2 preferences of at least 0 that sum to 1, got []."
                    "without preferences"))
    ]

/// A copy of a fixture with one thing changed.
let private changed name (change: string -> unit) action =
    inFolder (fun home ->
        for file in Directory.GetFiles(folder name) do
            File.Copy(file, Path.Combine(home, FileInfo(file).Name))

        change home
        action home)

let private config (edit: JsonObject -> unit) home =
    let path = Path.Combine(home, "config.json")
    let json = (JsonNode.Parse(File.ReadAllText path) |> Option.ofObj |> Option.get).AsObject()
    edit json
    File.WriteAllText(path, json.ToJsonString())

let private set (name: string) (value: string) = config (fun json -> json[name] <- JsonNode.Parse value)

let private wrongFolders = [
    "no configuration",
    (fun home -> File.Delete(Path.Combine(home, "config.json"))),
    "expected a model's folder with config.json, model.safetensors and tokenizer.json; there is no config.json"
    "no weights",
    (fun home -> File.Delete(Path.Combine(home, "model.safetensors"))),
    "expected weights in model.safetensors, or an index of several files in model.safetensors.index.json; there is none (weights in other formats are to be converted to safetensors)"
    "an unknown family",
    set "model_type" "\"mamba\"",
    "'model_type': expected one of the architectures llama, qwen2, qwen3, mistral, gpt2, got 'mamba'"
    "another function",
    set "hidden_act" "\"relu\"",
    "'hidden_act': expected 'silu', got 'relu'; other functions are not built"
    "an unknown scaling",
    set "rope_scaling" "{\"rope_type\":\"longrope\"}",
    "'rope_type': expected one of default, linear, llama3, yarn, got 'longrope'"
    "windows in some layers alone",
    config (fun json ->
        json["model_type"] <- JsonValue.Create "qwen3"
        json["use_sliding_window"] <- JsonValue.Create true
        json["max_window_layers"] <- JsonValue.Create 1),
    "'max_window_layers': expected 0, or at least all 2 layers, got 1; windows in some layers alone are not built"
    "a size of 0", set "hidden_size" "0", "'hidden_size': expected at least 1, got 0"
    "a text for a size", set "hidden_size" "\"16\"", "'hidden_size': expected a whole number of at least 0, got \"16\""
    "a missing size", config (fun json -> json.Remove "vocab_size" |> ignore), "'vocab_size' is missing"
    "heads that do not share",
    set "num_key_value_heads" "3",
    "expected a number of heads that is a multiple of the 3 heads of keys, got 4"
    "no heads of keys", set "num_key_value_heads" "0", "heads of keys: expected at least 1, got 0"
    "heads of an odd size", set "head_dim" "3", "expected heads of an even size, got 3"
    "a base below all frequencies", set "rope_theta" "0.5", "expected a base of rotary positions above 1, got 0.5"
    "a layer too many",
    set "num_hidden_layers" "3",
    "the weights do not fit the configuration: 'model.layers.2.input_layernorm.weight' [16] is missing; 'model.layers.2.self_attn.q_proj.weight' [16, 16] is missing; 'model.layers.2.self_attn.k_proj.weight' [8, 16] is missing; 'model.layers.2.self_attn.v_proj.weight' [8, 16] is missing; 'model.layers.2.self_attn.o_proj.weight' [16, 16] is missing; and 4 more"
    "a layer too few",
    set "num_hidden_layers" "1",
    "the weights do not fit the configuration: 'model.layers.1.input_layernorm.weight' [16] has no place in it; 'model.layers.1.mlp.down_proj.weight' [16, 24] has no place in it; 'model.layers.1.mlp.gate_proj.weight' [24, 16] has no place in it; 'model.layers.1.mlp.up_proj.weight' [24, 16] has no place in it; 'model.layers.1.post_attention_layernorm.weight' [16] has no place in it; and 4 more"
    "another vocabulary",
    set "vocab_size" "14",
    "the weights do not fit the configuration: 'model.embed_tokens.weight' is [13, 16] where the configuration says [14, 16]; 'lm_head.weight' is [13, 16] where the configuration says [14, 16]"
]

let private folders =
    testList "folders" [
        for name, change, sentence in wrongFolders do
            testCase $"refused: {name}" (fun () ->
                changed "llama" change (fun home ->
                    Expect.equal (formatFault (fun () -> LanguageModel.Load home)) sentence "sentence"))

        testCase "an index that names a file elsewhere, or what its file lacks, is refused" (fun () ->
            let index (edit: JsonObject -> unit) home =
                let path = Path.Combine(home, "model.safetensors.index.json")
                let json = (JsonNode.Parse(File.ReadAllText path) |> Option.ofObj |> Option.get).AsObject()
                edit ((json["weight_map"] |> Option.ofObj |> Option.get).AsObject())
                File.WriteAllText(path, json.ToJsonString())

            let away (map: JsonObject) = map["model.norm.weight"] <- JsonValue.Create "../x.safetensors"

            let lacking (map: JsonObject) =
                map["lm_head.weight"] <- JsonValue.Create "model-00001-of-00002.safetensors"

            for edit, sentence in
                [
                    away,
                    "tensor 'model.norm.weight': expected the name of a file beside the index, got '../x.safetensors'"
                    lacking, "says that model-00001-of-00002.safetensors holds 'lm_head.weight', which it does not"
                ] do
                changed "qwen2" (index edit) (fun home ->
                    Expect.equal (formatFault (fun () -> LanguageModel.Load home)) sentence "sentence"))

        testCase "an adapter for another base is refused" (fun () ->
            use gpt2 = LanguageModel.Load(folder "gpt2")

            Expect.equal
                (formatFault (fun () -> gpt2.LoadAdapter("red", Path.Combine(folder "llama", "red"))))
                "the adapter's tensor 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight' belongs to no matrix of the model; was it made for another base?"
                "sentence"

            Expect.equal gpt2.Adapters.Count 0 "nothing is left of it")

        testCase
            "adapters with what is not built are refused, and a rank-stabilized one is scaled by its root"
            (fun () ->
                use model = LanguageModel.Load(folder "llama")

                let withSettings (edit: JsonObject -> unit) action =
                    inFolder (fun home ->
                        for file in Directory.GetFiles(Path.Combine(folder "llama", "red")) do
                            File.Copy(file, Path.Combine(home, FileInfo(file).Name))

                        let path = Path.Combine(home, "adapter_config.json")
                        let json = (JsonNode.Parse(File.ReadAllText path) |> Option.ofObj |> Option.get).AsObject()
                        edit json
                        File.WriteAllText(path, json.ToJsonString())
                        action home)

                for name, value, says in
                    [
                        "use_dora", "true", "'use_dora': expected false; adapters with magnitudes are not built"
                        "rank_pattern",
                        "{\"q_proj\":2}",
                        "'rank_pattern': expected none; every matrix has the same rank and alpha"
                        "modules_to_save",
                        "[\"lm_head\"]",
                        "'modules_to_save': expected none; an adapter changes matrices alone"
                        "peft_type", "\"IA3\"", "'peft_type': expected LORA or PREFERENCE_LORA, got 'IA3'"
                    ] do
                    withSettings (fun json -> json[name] <- JsonNode.Parse value) (fun home ->
                        Expect.equal (formatFault (fun () -> model.LoadAdapter("x", home))) says name)

                // alpha / sqrt(3) of 6 / sqrt(3) is 2, as 6 / 3
                let red = model.LoadAdapter("red", Path.Combine(folder "llama", "red"))

                withSettings
                    (fun json ->
                        json["use_rslora"] <- JsonValue.Create true
                        json["lora_alpha"] <- JsonValue.Create(2.0 * sqrt 3.0))
                    (fun home ->
                        let rooted = model.LoadAdapter("rooted", home)

                        Expect.isLessThan
                            (farthest (model.LogProbabilities(rows, rooted)[0]) (model.LogProbabilities(rows, red)[0]))
                            1e-6
                            "the same factor"))

        testCase "a rank that the tensors do not have is refused" (fun () ->
            use model = LanguageModel.Load(folder "llama")

            inFolder (fun home ->
                for file in Directory.GetFiles(Path.Combine(folder "llama", "red")) do
                    File.Copy(file, Path.Combine(home, FileInfo(file).Name))

                let path = Path.Combine(home, "adapter_config.json")
                File.WriteAllText(path, File.ReadAllText(path).Replace("\"r\": 3", "\"r\": 4"))

                Expect.equal
                    (formatFault (fun () -> model.LoadAdapter("red", home)))
                    "'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight' is [3, 16] where the configuration and the model say [4, 16]"
                    "sentence"))
    ]

[<Tests>]
let tests = testList "weight files" [ reading; roundTrips; folders ]
