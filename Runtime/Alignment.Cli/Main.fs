module Alignment.Cli.Main

[<EntryPoint>]
let main _ =
    eprintfn "align: no command exists yet."
    2
