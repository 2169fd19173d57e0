// What an F# example loads for language models: alignment.fsx, and the libraries beside LibTorch.
// Outside of this repository write #r "nuget: Alignment" and #r "nuget: Alignment.Language.FSharp" instead.
#load "alignment.fsx"
#I "../artifacts/bin/Alignment.Language/release"
#I "../artifacts/bin/Alignment.Language.FSharp/release"
#r "Alignment.Language.dll"
#r "Alignment.Language.FSharp.dll"
